// The page: no Node.js, only `window.executionEngine`, which the preload script has added.
const engine = window.executionEngine;
const output = document.querySelector('#output');
const status = document.querySelector('#status');
const cancel = document.querySelector('#cancel');
const LAST_LINES = 2000;

let running;
let lines = [];

for (const button of document.querySelectorAll('[data-run]')) {
  button.addEventListener('click', () => start(button.dataset.run));
}
cancel.addEventListener('click', () => running?.cancel());

async function start(name) {
  running?.unwatch();
  lines = [];
  try {
    running = await engine.run(
      { command: { type: 'exec', program: name } },
      { onStarted: started, onOutput: show, onSettled: settled },
    );
  } catch (error) {
    // Plain data: `code` and `message`, not an `Error`.
    status.value = `${error.code}: ${error.message}`;
  }
}

function started({ pid }) {
  cancel.disabled = false;
  status.value = `process ${pid}`;
}

// Resolves after the batch is drawn, so that a slow page slows the command down.
function show(event) {
  lines = [...lines, ...event.lines].slice(-LAST_LINES);
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      output.textContent = lines.join('\n');
      output.scrollTop = output.scrollHeight;
      resolve();
    });
  });
}

function settled({ result }) {
  cancel.disabled = true;
  const seconds = (result.durationMs / 1000).toFixed(1);
  status.value = `${result.status}, exit code ${result.exitCode}, ${seconds} s`;
}
