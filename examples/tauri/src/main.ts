/** The window: a field for a command, a button that stops it, and its output. */

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { Executions, type ExecutionView } from './executions';

const form = document.querySelector('form') as HTMLFormElement;
const field = document.querySelector('input') as HTMLInputElement;
const output = document.querySelector('pre') as HTMLPreElement;
const status = document.querySelector('output') as HTMLOutputElement;
const stop = document.querySelector('#stop') as HTMLButtonElement;

let shown: ExecutionView | undefined;
let isDrawing = false;

/** Draws at most once per frame. */
function draw(): void {
  isDrawing = false;
  if (shown === undefined) return;
  output.textContent = shown.lines.map(({ text }) => text).join('\n');
  status.textContent = shown.problem ?? shown.status;
  stop.disabled = shown.status !== 'running';
}

const executions = new Executions({ invoke, listen }, (view) => {
  shown = view;
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(draw);
});
await executions.start();

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await executions.run({ command: { type: 'shell', command: field.value }, timeout_ms: 60_000 });
  } catch (error) {
    status.textContent = String(error);
  }
});

stop.addEventListener('click', () => {
  if (shown !== undefined) void executions.cancel(shown.id);
});
