/** Hashes of what must never be stored as it is. */
export interface Secrets {
  /** Argon2id with a salt of its own, in PHC string form. */
  hashPassword(password: string): Promise<string>;
  verifyPassword(password: string, stored: string): Promise<boolean>;
  /** For secrets that we drew ourselves (tokens, enrolment codes): sha256 is enough where the entropy is. */
  digest(secret: string): string;
  /** As Mosquitto's password file has it (`$7$iterations$salt$hash`, PBKDF2-SHA512). */
  hashBrokerPassword(password: string): Promise<string>;
  verifyBrokerPassword(password: string, stored: string): Promise<boolean>;
}
