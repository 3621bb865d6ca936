import { OutputMeter } from '../../../../lib/cli/run/output-meter';

describe('the rates of the output', () => {
  test('are those of the last two seconds', () => {
    const meter = new OutputMeter(0);
    meter.add(100, 1000);
    expect(meter.rates(1000)).toEqual({ linesPerSecond: 100, bytesPerSecond: 1000 });
    expect(meter.rates(2000)).toEqual({ linesPerSecond: 50, bytesPerSecond: 500 });
    meter.rates(3000);
    expect(meter.rates(4000)).toEqual({ linesPerSecond: 0, bytesPerSecond: 0 });
  });

  test('are 0 at the start', () => {
    expect(new OutputMeter(5).rates(5)).toEqual({ linesPerSecond: 0, bytesPerSecond: 0 });
  });
});
