import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildAgent } from '../../agent/build.ts';
import { SERVER_NAME } from '../../server/adapters/mqtt/bus/connectClient.ts';
import { MosquittoProcess } from '../kit/mosquitto.ts';
import { findProgram, leftOut } from '../kit/needs.ts';
import { AgentProcess, ServerProcess } from '../kit/stack.ts';
import { waitFor } from '../kit/wait.ts';
import { buildWorld } from '../kit/world.ts';

/** Makes a certificate for 127.0.0.1 that vouches for itself. */
function selfSigned(folder: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    findProgram('openssl') ?? 'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(names)
      .concat(['-keyout', key, '-out', cert]),
    { stdio: 'ignore' },
  );
  return { cert, key };
}

describe.skipIf(leftOut('MQTT over TLS', ['mosquitto', 'openssl', 'ffmpeg']))('MQTT over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaban-tls-'));
  const stops: (() => Promise<unknown>)[] = [];

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it('carries server and bundled box, and a box that does not trust the certificate stays away', async () => {
    const { cert, key } = selfSigned(folder);
    const filesFolder = join(folder, 'mosquitto');
    mkdirSync(filesFolder);
    const broker = await MosquittoProcess.start({ filesFolder, extra: [`certfile ${cert}`, `keyfile ${key}`] });
    stops.push(() => broker.close());
    const url = `mqtts://127.0.0.1:${broker.port}`;
    const server = await ServerProcess.start({
      dataDir: join(folder, 'server'),
      logFile: join(folder, 'server.log'),
      env: {
        LOABAN_MQTT_URL: `mqtts://${SERVER_NAME}:mat-khau-may-chu@127.0.0.1:${broker.port}`,
        LOABAN_MQTT_PUBLIC_URL: url,
        LOABAN_MOSQUITTO_DIR: filesFolder,
        LOABAN_MOSQUITTO_PID_FILE: broker.pidFile,
        NODE_EXTRA_CA_CERTS: cert,
      },
    });
    stops.push(() => server.stop());
    const world = await buildWorld(server.api, [], Date.now(), () => undefined, ['Thi đua']);
    const program = await buildAgent(join(folder, 'box', 'loaban-agent.mjs'));
    const boxes = await Promise.all(
      [{ NODE_EXTRA_CA_CERTS: cert }, {}].map(async (env, index) => {
        const { agentId, code } = await server.api.createAgent({
          villageId: world.villages[index]?.id ?? '',
          name: `Cụm loa ${index}`,
        });
        const box = new AgentProcess({
          serverUrl: server.url,
          dataDir: join(folder, `agent-${index}`),
          logFile: join(folder, `agent-${index}.log`),
          sink: 'null',
          code,
          env,
          program,
        });
        stops.push(() => box.stop());
        return { agentId, box };
      }),
    );
    const [trusting, wary] = boxes;
    if (!trusting || !wary) throw new Error('two boxes were asked for');
    await waitFor(
      async () => (await server.api.agent(trusting.agentId)).status?.online === true,
      'the box that trusts the certificate',
      30_000,
    );
    await wary.box.process.line(/self-signed|certificate|CERT/i, 30_000);
    expect((await server.api.agent(wary.agentId)).status).toBeNull();
  }, 90_000);
});
