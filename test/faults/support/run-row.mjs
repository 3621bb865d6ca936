// Runs one row in this process, and sends its report to the runner: run-row.mjs <file> <name> <context as JSON>
import process from 'node:process';

const [file, name, context] = process.argv.slice(2);

const { rows } = await import(file);
const row = rows.find((candidate) => candidate.name === name);
let answer;
try {
  answer = { report: await row.run(JSON.parse(context)) };
} catch (error) {
  answer = { failure: error.name === 'AssertionError' ? error.message : error.stack };
}
// A row is over when it has reported. What it leaves running is counted by the runner.
process.send(answer, () => process.exit(0));
