import { readFile, statfs } from 'node:fs/promises';
import type { MachineHealth } from '../../ports/health.ts';

/** What Linux says of the disk under a folder and of the board's temperature. */
export function machineHealth(folder: string): MachineHealth {
  return {
    async disk() {
      try {
        const { bavail, blocks, bsize } = await statfs(folder);
        return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
      } catch {
        return null; // a file system that does not say is not a fault of the box
      }
    },
    async temperature() {
      try {
        const milli = Number(await readFile('/sys/class/thermal/thermal_zone0/temp', 'utf8'));
        const celsius = milli / 1000;
        return Number.isFinite(celsius) && celsius >= -60 && celsius <= 150 ? celsius : null;
      } catch {
        return null; // a board without a sensor
      }
    },
  };
}
