/** `capture: 'raw'` of a page: only if the app allows it, and for the page that asked for it. */

import { randomUUID } from 'node:crypto';
import { executePlan } from 'escher-execution-engine/plan';
import { sh } from '../../support/commands';
import { present, rejection } from '../../support/expectations';
import { exposed, oneWindow, twoWindows, window } from '../../support/exposed-engine';

const SECRET = 'hunter2-and-more';
const raw = sh('a=hunter2; echo "$a-and-more"', { redact: [SECRET], capture: 'raw' });
const EXACT = { redacted: false } as const;
const NOT_OF_PAGE = {
  code: 'ERR_INVALID_ARG_VALUE',
  message:
    'The "options.redacted" property must be true for an execution that this page has not started with capture: \'raw\'. Received false',
};

test('is refused unless the app allows it, and authorize is not asked', async () => {
  const asked: object[] = [];
  const { engine, page } = oneWindow({}, { authorize: (request) => asked.push(request) > 0 });
  for (const call of [page.execute(raw), page.run(raw), page.validate(raw)]) {
    expect(await rejection(call)).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('has not set the option "allowRawCapture"'),
    });
  }
  expect(asked).toEqual([]);
  expect(await engine.listExecutions()).toEqual([]);
});

test('is refused in a plan', async () => {
  const { engine, page } = oneWindow({}, { executePlan });
  const plan = page.executePlan({
    strategy: { type: 'serial' },
    commands: [{ name: 'a', ...raw }],
  });
  expect(await rejection(plan)).toMatchObject({
    message: expect.stringContaining('"request.capture" property must be \'redacted\''),
  });
  expect(await engine.listExecutions()).toEqual([]);
});

test('gives the page the exact output with allowRawCapture', async () => {
  const { page } = oneWindow({}, { allowRawCapture: true });
  const run = await page.run(raw);
  expect((await run.result()).stdout).toBe('***\n');
  expect(await page.getResult(run.id, EXACT)).toMatchObject({ stdout: `${SECRET}\n` });
  expect(await page.getResult(run.id)).toMatchObject({ stdout: '***\n' });
  const options = { encoding: 'buffer', redacted: false } as const;
  const { stdout } = present(await page.getResult(run.id, options));
  expect(Buffer.from(stdout).toString()).toBe(`${SECRET}\n`);
});

test('gives the page the exact output of the steps of its plan', async () => {
  const { page } = oneWindow({}, { allowRawCapture: true, executePlan });
  const run = await page.executePlan({
    strategy: { type: 'serial' },
    commands: [{ name: 'a', ...raw }],
  });
  const { results } = await run.result();
  const { id } = present(results[0]);
  expect(await page.getResult(id, EXACT)).toMatchObject({ stdout: `${SECRET}\n` });
});

test('gives another window nothing, not even with access to all executions', async () => {
  const { one, two } = twoWindows({ allowRawCapture: true, access: 'all' });
  const id = await one.page.execute(raw);
  await two.page.waitForCompletion(id);
  expect(await rejection(two.page.getResult(id, EXACT))).toMatchObject(NOT_OF_PAGE);
  expect(await two.page.getResult(id)).toMatchObject({ stdout: '***\n' });
  expect(await one.page.getResult(id, EXACT)).toMatchObject({ stdout: `${SECRET}\n` });
});

test('an unknown id is not found, with access to all executions too', async () => {
  for (const access of ['own', 'all'] as const) {
    const { page } = oneWindow({}, { allowRawCapture: true, access });
    const id = randomUUID();
    expect(await rejection(page.getResult(id, EXACT))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
      message: `Execution not found: ${id}`,
    });
  }
});

test('gives a page nothing of the executions of the app that it shares', async () => {
  const { engine, ipcMain, exposed: all } = exposed({ allowRawCapture: true });
  const { page, webContents } = window(ipcMain);
  const run = engine.run(raw);
  all.share(run, webContents as never);
  await run;
  expect(await page.getResult(run.id)).toMatchObject({ stdout: '***\n' });
  expect(await rejection(page.getResult(run.id, EXACT))).toMatchObject(NOT_OF_PAGE);
});

test('gives a page nothing if only the app asked for it', async () => {
  const { page } = oneWindow({}, { authorize: (request) => ({ ...request, capture: 'raw' }) });
  const run = await page.run({ ...raw, capture: 'redacted' });
  await run.result();
  expect(await rejection(page.getResult(run.id, EXACT))).toMatchObject(NOT_OF_PAGE);
});

test('gives the next page of the window nothing', async () => {
  const { window: ofPage } = oneWindow({}, { allowRawCapture: true });
  const id = await ofPage.page.execute(raw);
  await ofPage.page.waitForCompletion(id);
  ofPage.reload();
  expect(await ofPage.page.getResult(id)).toMatchObject({ stdout: '***\n' });
  expect(await rejection(ofPage.page.getResult(id, EXACT))).toMatchObject(NOT_OF_PAGE);
});
