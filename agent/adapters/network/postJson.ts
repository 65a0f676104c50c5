import type { Answer, Poster } from '../../ports/poster.ts';
import { httpRequest } from './httpRequest.ts';

/** An answer of ours is short; of a stranger's no more than this is read. */
const LONGEST_ANSWER = 65_536;

/** Posts JSON from this process. */
export const directPoster: Poster = {
  async post(url, json): Promise<Answer> {
    const answer = await httpRequest({
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, application/problem+json',
        'content-length': String(Buffer.byteLength(json)),
      },
      body: json,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LONGEST_ANSWER) break;
    }
    return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8', 0, LONGEST_ANSWER) };
  },
};
