import { iterateWhenAsked, WaitingReader } from '../../../../lib/core/util/waiting-reader';

class Numbers extends WaitingReader<number> {
  readonly values: number[] = [];
  isOver = false;
  failure: Error | undefined;
  released = 0;

  add(...values: number[]): void {
    this.values.push(...values);
    this.pump();
  }

  end(failure?: Error): void {
    this.isOver = true;
    this.failure = failure;
    this.pump();
  }

  protected override take(): number | undefined {
    return this.values.shift();
  }

  protected override isAtEnd(): boolean {
    return this.isOver && this.values.length === 0;
  }

  protected override async outcome(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
  }

  protected override release(): void {
    this.released++;
  }
}

const done = { done: true, value: undefined };
const value = (number: number) => ({ done: false, value: number });

test('calls that wait are served in their order, and are done at the end', async () => {
  const numbers = new Numbers();
  const calls = [numbers.next(), numbers.next(), numbers.next()];
  numbers.add(1, 2);
  numbers.end();
  await expect(Promise.all(calls)).resolves.toEqual([value(1), value(2), done]);
  await expect(numbers.next()).resolves.toEqual(done);
  expect(numbers.released).toBe(1);
});

test('the first call rejects with a failure, and the others are done', async () => {
  const numbers = new Numbers();
  numbers.add(1);
  const calls = [numbers.next(), numbers.next(), numbers.next()];
  numbers.end(new Error('lost'));
  await expect(Promise.allSettled(calls)).resolves.toMatchObject([
    { value: value(1) },
    { reason: { message: 'lost' } },
    { value: done },
  ]);
});

test('the reader is opened by the first call, and return() settles a call that waits', async () => {
  const opened: Numbers[] = [];
  const iterator = iterateWhenAsked(() => {
    opened.push(new Numbers());
    return opened[0] as Numbers;
  });
  expect(opened).toEqual([]);
  const waiting = iterator.next();
  await iterator.return?.();
  await expect(waiting).resolves.toEqual(done);
  await expect(iterator.next()).resolves.toEqual(done);
  expect(opened[0]?.released).toBe(1);
});

test('return() before the first call opens nothing', async () => {
  const iterator = iterateWhenAsked(() => {
    throw new Error('opened');
  });
  await iterator.return?.();
  await expect(iterator.next()).resolves.toEqual(done);
});
