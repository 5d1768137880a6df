import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on this machine, and what it was asked. */
export interface LoopbackServer {
  /** Address of a folder, ending in `/`. */
  readonly url: string;
  /** Method, path and range of each request. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Starts a server that answers with `handle`; `count` is the number of the request, from 1. */
export async function startServer(handle: Handler): Promise<LoopbackServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const range = request.headers.range;
    requests.push(`${request.url}${range === undefined ? '' : ` ${range}`}`);
    handle(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves files by name as a good server does, ranges included. */
export function serveFiles(files: ReadonlyMap<string, Uint8Array>): Handler {
  return (request, response) => {
    const bytes = files.get((request.url ?? '').split('/').at(-1) ?? '');
    if (bytes === undefined) {
      response.writeHead(404).end('nothing here');
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(start)) {
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    } else if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      response
        .writeHead(206, {
          'content-length': bytes.length - start,
          'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
        })
        .end(bytes.subarray(start));
    }
  };
}
