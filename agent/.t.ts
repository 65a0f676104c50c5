import { startPulse } from '../test/kit/pulse.ts';
import { spawn } from 'node:child_process';
const p = await startPulse();
const rec = await p.record();
const t0=performance.now();
const a = spawn('aplay', ['-t','raw','-f','S16_LE','-r','48000','-c','1','-D','pulse','-vvv','--buffer-time=200000','--period-time=20000'], {env:{...p.env, LC_ALL:'C', LANG:'C'}, stdio:['pipe','ignore','pipe']});
let acc=0;
a.stderr.on('data', d=>{const s=String(d); const n=(s.match(/samples/g)??[]).length; acc+=n*960; console.log((performance.now()-t0).toFixed(1), n, acc, s.includes('underrun')? s.match(/underrun.*/)![0]:'' )});
await new Promise(r=>setTimeout(r,300)); console.log('write 400ms', (performance.now()-t0).toFixed(1));
a.stdin.write(Buffer.alloc(96*400));
await new Promise(r=>setTimeout(r,900)); console.log('write 400 again', (performance.now()-t0).toFixed(1));
a.stdin.write(Buffer.alloc(96*400));
for(let i=0;i<15;i++){ await new Promise(r=>setTimeout(r,20));a.stdin.write(Buffer.alloc(96*20));}
console.log('end', (performance.now()-t0).toFixed(1));
await new Promise(r=>setTimeout(r,300));
a.kill('SIGKILL');
await rec.stop(); await p.stop();
