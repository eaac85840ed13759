import { dateAndTime, exactTime, shortTime, zoneName } from "../time.ts";

/** A time in the zone that was chosen: with its date, unless it is of the same day as `now`. */
export function Time({ value, now, isExact = false }: { value: string; now?: number; isExact?: boolean }) {
  const shown = now !== undefined ? shortTime(value, now) : isExact ? exactTime(value) : dateAndTime(value);
  return (
    <time dateTime={value} title={`${exactTime(value)} ${zoneName.value}`}>
      {shown}
    </time>
  );
}
