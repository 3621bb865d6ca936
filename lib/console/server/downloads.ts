/** The kept output of an execution as a text file. The engine has redacted it. */

import { type FileHandle, open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Row } from '../messages';
import type { ExecutionRegistry } from './execution-registry';
import { executionNotFound, validationError } from './http-error';
import { type LogOptions, logText } from './log-text';

const MAX_NAME_LENGTH = 60;

export class Downloads {
  readonly #registry: ExecutionRegistry;

  constructor(registry: ExecutionRegistry) {
    this.#registry = registry;
  }

  /**
   * Answers with the output that is kept, from its first line; what follows later is not part of it. If lines were
   * dropped and the engine has written a log file, the answer is that file.
   */
  async send(response: ServerResponse, id: string, params: URLSearchParams): Promise<void> {
    const row = this.#registry.row(id);
    const tail = this.#registry.tails.get(id);
    if (row === undefined || tail === undefined) throw executionNotFound(id);
    const options = logOptions(params);
    const isWhole = options.stream === undefined && tail.firstSeq > 0;
    const file = isWhole ? await openLogFile(row) : undefined;
    response.writeHead(200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': disposition(logName(row, options)),
    });
    const source = file?.createReadStream() ?? Readable.from(logText(tail, options));
    try {
      await pipeline(source, response);
    } catch {
      // The page has gone, or the disk has failed: the answer is cut off, and the browser reports that.
      response.destroy();
    }
  }
}

function logOptions(params: URLSearchParams): LogOptions {
  const stream = params.get('stream') ?? undefined;
  if (stream !== undefined && stream !== 'stdout' && stream !== 'stderr') {
    throw validationError(`'stream' must be stdout or stderr, received '${stream}'`);
  }
  const times = params.get('times') ?? '0';
  if (times !== '0' && times !== '1') {
    throw validationError(`'times' must be 0 or 1, received '${times}'`);
  }
  return { stream, times: times === '1' };
}

/** The file may be on another machine, or removed. */
async function openLogFile({ logFile }: Row): Promise<FileHandle | undefined> {
  if (logFile === null) return undefined;
  return open(logFile).catch(() => undefined);
}

/** `deploy-1a2b3c4d.log`: the name of the execution, or its command, and the begin of its id. */
export function logName(row: Pick<Row, 'id' | 'name' | 'command'>, { stream }: LogOptions): string {
  const words = (row.name ?? row.command).normalize('NFC').replaceAll(/[^\p{L}\p{N}._]+/gu, '-');
  const start = [...words]
    .slice(0, MAX_NAME_LENGTH)
    .join('')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  const parts = [start, row.id.slice(0, 8)].filter((part) => part !== '');
  return `${parts.join('-')}${stream === undefined ? '' : `.${stream}`}.log`;
}

function disposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
