import type { ServerParts } from '../../ports/parts.ts';

/** What turning an upload into a clip needs. */
export type ProcessingParts = Pick<ServerParts, 'store' | 'blobs' | 'audio' | 'clock' | 'events' | 'log' | 'settings'>;
