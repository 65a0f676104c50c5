/**
 * `npm run -s mosquitto-conf -- --files DIR --data DIR [--user NAME] [--port N] [--address A]` prints a mosquitto.conf for
 * this server, each line with its reason.
 */
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderMosquittoConf } from './adapters/mqtt/mosquitto/render.ts';

const USAGE = `usage: npm run -s mosquitto-conf -- --files DIR --data DIR [--user NAME] [--port N] [--address A] > mosquitto.conf
  --files    folder of the password and access files: the server's LOABAN_MOSQUITTO_DIR
  --data     folder for Mosquitto's own database; its mosquitto.pid is the server's LOABAN_MOSQUITTO_PID_FILE
  --user     the user that the server runs as, who must own both folders; default: you
  --port     default 1883
  --address  listens there only; default: everywhere
`;

function main(): number {
  const { values } = parseArgs({
    options: {
      files: { type: 'string' },
      data: { type: 'string' },
      user: { type: 'string', default: userInfo().username },
      port: { type: 'string', default: '1883' },
      address: { type: 'string' },
    },
  });
  const port = Number(values.port);
  const faults: string[] = [];
  if (values.files === undefined) faults.push('--files is missing');
  if (values.data === undefined) faults.push('--data is missing');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) faults.push('--port must be 1 to 65535');
  if (values.files === undefined || values.data === undefined || faults.length > 0) {
    process.stderr.write(`${faults.join('\n')}\n${USAGE}`);
    return 2;
  }
  process.stdout.write(
    renderMosquittoConf({
      filesFolder: resolve(values.files),
      dataFolder: resolve(values.data),
      user: values.user,
      port,
      ...(values.address === undefined ? {} : { address: values.address }),
    }),
  );
  return 0;
}

process.exitCode = main();
