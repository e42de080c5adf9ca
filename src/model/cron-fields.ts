/** What a cron line means: the times it names, field by field. */
export interface CronFields {
  /** The line with numbers for names and one space between fields: every cron reads it alike. */
  readonly text: string;
  /** 0–59, ascending, at least one; so all of them. */
  readonly minutes: readonly number[];
  /** 0–23. */
  readonly hours: readonly number[];
  /** 1–31; undefined: `*`. With days of the week as well, either will do. */
  readonly daysOfMonth: readonly number[] | undefined;
  /** 1–12. */
  readonly months: readonly number[];
  /** 0–6, from Sunday; undefined: `*`. */
  readonly daysOfWeek: readonly number[] | undefined;
}
