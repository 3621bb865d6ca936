import { reportOf } from '../../support/hosts';

/** How often the load is repeated; `test/js/stress` does it 100 times. */
const rounds = process.env.ESCHER_TEST_ROUNDS ?? '2';

interface Load {
  rounds: number;
  ended: number;
  wrong: string[];
  zombies: number;
  descriptors: number;
  threads: number;
}

test.each(['1', '4'])(
  '1000 programs, 32 at a time, with %s io threads: none lost, no zombie, no descriptor left',
  async (ioThreads) => {
    const report = await reportOf<Load>('load.cjs', {
      args: [rounds, ioThreads],
      guardMs: 600_000,
    });
    expect(report).toEqual({
      rounds: Number(rounds),
      ended: 1000 * Number(rounds),
      wrong: [],
      zombies: 0,
      descriptors: 0,
      threads: 0,
    });
  },
  600_000,
);
