import { copyFile } from 'node:fs/promises';
import { DiskBlobStore } from '../../server/adapters/files/diskBlobStore.ts';
import { createMediaHandler, MEDIA_PREFIX } from '../../server/adapters/http/media.ts';
import { listen } from '../../server/adapters/http/server.ts';
import { openLog } from '../../server/adapters/system/pinoLogger.ts';
import { systemRandom } from '../../server/adapters/system/systemRandom.ts';

/**
 * The server's own door to clips over its own store of blobs, without the rest of the server: clips are answered ahead
 * of everything else anyhow. Prints its port and the path of the file that it was given.
 */
const [folder = '', file = ''] = process.argv.slice(2);
const blobs = await DiskBlobStore.open(folder);
const temporary = blobs.temporaryPath('.opus');
await copyFile(file, temporary);
const { sha256 } = await blobs.adopt(temporary);
const media = createMediaHandler({
  blobs,
  log: openLog('warn'),
  random: systemRandom,
  hasAudio: async (wanted) => wanted === sha256,
  sent: () => undefined,
});
const server = await listen(
  { host: '127.0.0.1', port: 0 },
  (_request, response) => response.writeHead(404).end(),
  media,
);
process.stdout.write(`${server.port} ${MEDIA_PREFIX}${sha256}\n`);
