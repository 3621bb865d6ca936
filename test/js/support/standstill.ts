import { bytesWritten, processStat } from './processes';

/** Called repeatedly; returns whether a process has been waiting without writing anything. */
export function standstill(pid: number): () => boolean {
  let [written, asked] = [-1, 0];
  return () => {
    const now = bytesWritten(pid);
    asked = now === written && processStat(pid)?.state === 'S' ? asked + 1 : 0;
    written = now;
    return asked >= 50;
  };
}
