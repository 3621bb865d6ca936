// Runs one host of a row file: host-main.mjs <url of the file> <name> <arguments as JSON>
import process from 'node:process';

const [module, name, args] = process.argv.slice(2);
const heard = new Map();
const waiting = new Map();

process.on('message', (message) => {
  if (waiting.has(message.name)) waiting.get(message.name)(message.value);
  else heard.set(message.name, message.value);
});
// The process that started it is gone: there is no reader left.
process.on('disconnect', () => process.exit(3));

const conversation = {
  tell: (what, value) => process.send({ name: what, value }),
  hear: (what) =>
    heard.has(what)
      ? Promise.resolve(heard.get(what))
      : new Promise((resolve) => waiting.set(what, resolve)),
};

const { hosts } = await import(module);
await hosts[name](JSON.parse(args), conversation);
process.removeAllListeners('disconnect');
process.disconnect();
