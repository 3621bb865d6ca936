// One measurement in its own process:
//   node --expose-gc bench/node/one-run.mjs <workload> <contender> <full|smoke> <inputs as JSON>
// Prints its numbers as JSON: an object, or an array of objects if one run counts as several rounds.
import process from 'node:process';
import { workloads } from './suite.mjs';

const [name, contender, form, inputs] = process.argv.slice(2);
const workload = workloads[name];
const numbers = await workload.contenders[contender](workload[form], JSON.parse(inputs));
console.log(JSON.stringify(numbers));
