import { SystemSoundClock } from './adapters/sound/systemClock.ts';
import { openSinkSpec } from './adapters/sound/openSinkSpec.ts';
import { startPulse } from '../test/kit/pulse.ts';
const c = new SystemSoundClock();
const p = await startPulse();
try {
const rec = await p.record();
const sink = openSinkSpec('alsa:pulse', {clock:c, log: {info:console.log, warn: console.log}, env: p.env, uid: 0});
for (let k=0;k<3;k++){
const s = await sink.open();
await new Promise(r=>setTimeout(r,sink.leadMs+300));
const t0=performance.now();
for(let i=0;i<60;i++){ const t=s.timing(); const next=t.instant+(s.written-t.sample)/48-c.wallAt(c.monotonic()); console.log(k,i,(performance.now()-t0).toFixed(0), 'w',s.written,'taken',s.taken(),'unc',t.uncertaintyMs.toFixed(1),'next in',next.toFixed(0), s.underruns); await s.write(new Int16Array(960)); }
await s.close();
}
await rec.stop();
} finally { await p.stop(); }
