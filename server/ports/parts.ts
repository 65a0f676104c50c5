import type { AudioToolkit, LoudnessTarget } from './audio.ts';
import type { BlobStore } from './blobs.ts';
import type { AgentBus, BrokerAccounts, Signer } from './messaging.ts';
import type { Secrets } from './secrets.ts';
import type { Store } from './store.ts';
import type { Clock, Events, Logger, Random } from './system.ts';

/** What use cases may know of the configuration. */
export interface Settings {
  /** Zone of areas whose policy names none. */
  readonly zone: string;
  readonly maxUploadBytes: number;
  readonly loudness: LoudnessTarget;
  /** Longest clip that is accepted, in ms. */
  readonly maxClipMs: number;
  /** How many days of items a plan holds. */
  readonly planDays: number;
  /** Address of the broker as boxes are told it at enrolment; `{host}` stands for the name by which a box reached us. */
  readonly agentMqttUrl: string;
  readonly statusEverySeconds: number;
}

/** Recompiles the plans that a committed change may touch. */
export interface PlanRefresh {
  /**
   * Resolves when every plan that had to change is signed and committed; publishing goes on by itself. Calls that come
   * while one runs share the next run.
   * @param cause what was changed, for the log
   */
  refresh(cause: string): Promise<void>;
}

/** Turns uploads into clips, one after the other, beside the requests. */
export interface ClipProcessor {
  /** Puts a clip in the queue; its `processing` tells how it goes. */
  enqueue(clipId: string): void;
}

/**
 * Every part that use cases are given. Each use case names the few it needs:
 * `type Parts = Pick<ServerParts, 'store' | 'clock'>`.
 */
export interface ServerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: Events;
  readonly audio: AudioToolkit;
  readonly blobs: BlobStore;
  readonly signer: Signer;
  readonly bus: AgentBus;
  readonly accounts: BrokerAccounts;
  readonly secrets: Secrets;
  readonly plans: PlanRefresh;
  readonly processor: ClipProcessor;
  readonly settings: Settings;
}
