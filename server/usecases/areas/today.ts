import { type LocalDate, makeZone, wallClock } from '../../../shared/core/time.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** The date in the server's own zone. */
export function today({ clock, settings }: Pick<ServerParts, 'clock' | 'settings'>): LocalDate {
  return wallClock(clock.now(), makeZone(settings.zone)).date;
}
