// Runs one row in this process, and sends its report to the runner: run-row.mjs <file> <name> <context as JSON>
import process from 'node:process';

const [file, name, context] = process.argv.slice(2);

const failureOf = ({ message, stack }) => ({ failure: message, stack });
// A row is over when it has reported. What it leaves running is counted by the runner.
const report = (answer) => process.send(answer, () => process.exit(0));

// A listener that finds something wrong throws, and that ends up here.
process.once('uncaughtException', (error) => report(failureOf(error)));

const { rows } = await import(file);
const row = rows.find((candidate) => candidate.name === name);
try {
  report({ report: await row.run(JSON.parse(context)) });
} catch (error) {
  report(failureOf(error));
}
