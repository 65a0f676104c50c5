/** What the bus tells the loop. */
export interface BusListener {
  /** Connected; which topics to hear now. Asked at each connection. */
  topics(): readonly string[];
  /** Connected and subscribed. */
  online(): void;
  /** @param why in words */
  offline(why: string): void;
  /** Resolves when the message is owned: only then is it acknowledged. On rejection the broker will send it again. */
  message(topic: string, payload: Buffer): Promise<void>;
  /** A message larger than any topic allows was thrown away unread. */
  oversized(topic: string, bytes: number): void;
}

/** The broker as the loop sees it. It connects again by itself for as long as it is open. */
export interface ServerBus {
  readonly online: boolean;
  open(listener: BusListener): void;
  /** Resolves when the broker has taken it (QoS 1); rejects when there is no connection or it is lost meanwhile. */
  publish(topic: string, payload: string, retain: boolean): Promise<void>;
  /** Hears the listener's topics anew, after they changed. */
  resubscribe(): Promise<void>;
  /** Says the last word while connected, then closes for good. Never rejects. */
  close(lastWord: { readonly topic: string; readonly payload: string }): Promise<void>;
}
