import { describe, expect, test } from 'vitest';
import {
  entries,
  failureOf,
  good,
  load,
  packed,
  same,
  serve,
} from '../../test/download-harness.js';
import type { Handler } from '../../test/loopback-server.js';
import { DatasetError } from '../dataset-error.js';

describe('a mirror that does not give the file', () => {
  const length = { 'content-length': packed.length };
  const bad: [string, Handler, string, number][] = [
    ['answers 404', (_, r) => void r.writeHead(404).end(), 'answered 404 Not Found', 1],
    ['answers 403', (_, r) => void r.writeHead(403).end(), 'answered 403', 1],
    ['answers 204', (_, r) => void r.writeHead(204).end(), 'answered 204', 1],
    ['answers 500 for ever', (_, r) => void r.writeHead(500).end(), 'answered 500', 3],
    [
      'answers 206 unasked',
      (_, r) =>
        void r.writeHead(206, { 'content-range': `bytes 0-9/${packed.length}` }).end('0123456789'),
      'wrong place',
      1,
    ],
    [
      'offers another length',
      (_, r) => void r.writeHead(200, { 'content-length': 5 }).end('hello'),
      'offers 5 bytes',
      1,
    ],
    [
      'sends a page instead',
      (_, r) => void r.writeHead(200).end('<html>Log in</html>'),
      'ended after',
      3,
    ],
    [
      'sends another file of the same length',
      (_, r) => void r.writeHead(200, length).end(new Uint8Array(packed.length)),
      'sent another file',
      1,
    ],
    [
      'sends without end',
      (_, r) => {
        r.writeHead(200);
        const more = () => {
          if (!r.destroyed) r.write(new Uint8Array(65_536), () => setImmediate(more));
        };
        more();
      },
      'sent more than',
      1,
    ],
    ['never answers', () => {}, 'sent next to nothing for', 3],
    [
      'hangs in the middle',
      (_, r) => void r.writeHead(200, length).write(packed.subarray(0, 1000)),
      'sent next to nothing for',
      3,
    ],
    [
      'drips',
      (_, r) => {
        r.writeHead(200, length);
        const timer = setInterval(() => r.write('x'), 5);
        r.once('close', () => clearInterval(timer));
      },
      'sent next to nothing for',
      3,
    ],
    ['cuts off at once', (request) => void request.socket.destroy(), 'did not answer', 3],
    [
      'redirects in a circle',
      (_, r) => void r.writeHead(302, { location: '/noise.gz' }).end(),
      'redirect count exceeded',
      1,
    ],
  ];

  // Only those that hang are waited for; the others answer, however slow this machine is.
  const timeoutOf = (message: string, shortMs: number) =>
    message.startsWith('sent next to nothing') ? shortMs : 10_000;

  test.each(bad)('%s: the next one is asked', async (_, handle, message) => {
    const first = await serve(handle);
    const second = await serve(good);
    const options = { timeoutMs: timeoutOf(message, 400), retries: 1 };
    same((await load([first, second], options)).bytes, packed);
    expect(entries()).toEqual(['noise.gz']);
  });

  test.each(bad)('%s: the error says so', async (_, handle, message, attempts) => {
    const server = await serve(handle);
    const error = await failureOf([server], { timeoutMs: timeoutOf(message, 60), retries: 2 });
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: 'download', file: 'noise.gz' });
    expect(error.message).toContain(message);
    expect(error.message).toContain(`(attempt ${attempts})`);
    expect(entries()).toEqual([]);
  });

  test('is asked again after a failure that passes', async () => {
    const server = await serve((request, response, count) => {
      if (count < 3) response.writeHead(503, { 'retry-after': '0' }).end();
      else good(request, response, count);
    });
    same((await load([server])).bytes, packed);
    expect(server.requests).toHaveLength(3);
  });

  test('is left at once when it asks for a pause of hours', async () => {
    const first = await serve((_, r) => void r.writeHead(429, { 'retry-after': '9999' }).end());
    const second = await serve(good);
    same((await load([first, second])).bytes, packed);
    expect(first.requests).toHaveLength(1);
  });
});
