// The page for an engine of the program. Checked by the compiler, never run.
import { ExecutionEngine } from 'escher-execution-engine';
import { type ServedConsole, serveConsole } from 'escher-execution-engine/console';

const engine = new ExecutionEngine();
export async function served(): Promise<string> {
  const { url, close }: ServedConsole = await serveConsole(engine, { port: 0, host: '::1' });
  await using other = await serveConsole(engine, { cwd: new URL('file:///srv') });
  await close();
  return url + other.url;
}

// @ts-expect-error: only the loopback interface
serveConsole(engine, { host: '0.0.0.0' });
// @ts-expect-error: no such option
serveConsole(engine, { open: true });
