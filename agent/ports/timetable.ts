/** Periodic work by the wall clock, such as at night. */
export interface Timetable {
  /**
   * @param cron five fields: minute, hour, day of month, month, weekday
   * @param zone IANA name of the zone that the fields are meant in
   * @returns calls it off
   */
  every(cron: string, zone: string, work: () => Promise<void>): Promise<() => void>;
}
