import { z } from 'zod';
import { isoInstant, timeZone } from '../primitives.ts';

/** What a page needs before it shows anything: the server's clock and zone, which go before those of the viewer. */
export const about = z.object({ version: z.string(), zone: timeZone, now: isoInstant });
