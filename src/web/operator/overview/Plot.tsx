import type { UsageOfDay } from "../../../state/registry.ts";
import { count } from "../amounts.ts";
import { words } from "../text/text.ts";

/** How many days are drawn at most. */
const MOST_DAYS = 90;
/** A few days do not fill the whole width: their bars would look like much. */
const FEWEST_COLUMNS = 14;
const DAY_MS = 86_400_000;

const COLUMN = 10;
const BAR = 8;
const HEIGHT = 100;

/** The usage of each day from the first to the last that there is, the latest last; a day without usage has zeros. */
export function withGaps(days: readonly UsageOfDay[]): readonly UsageOfDay[] {
  const known = new Map(days.map((one) => [one.day, one]));
  const times = days.map(({ day }) => Date.parse(day));
  const last = Math.max(...times);
  const first = Math.max(Math.min(...times), last - (MOST_DAYS - 1) * DAY_MS);
  const all: UsageOfDay[] = [];
  for (let time = first; time <= last; time += DAY_MS) {
    const day = new Date(time).toISOString().slice(0, 10);
    all.push(known.get(day) ?? { day, requests: 0, posts: 0 });
  }
  return all;
}

/** A bar for each day, the latest at the end. What the bars say is also said in words. */
export function Plot({
  title,
  days,
  item,
}: {
  title: string;
  days: readonly UsageOfDay[];
  item: "requests" | "posts";
}) {
  const { overview: texts } = words();
  const most = days.reduce((found, one) => (one[item] > found[item] ? one : found));
  const latest = days.at(-1) ?? most;
  const columns = Math.max(days.length, FEWEST_COLUMNS);
  const said = (one: UsageOfDay) => texts.onDay(count(one[item]), one.day);
  const height = (one: UsageOfDay) => (most[item] === 0 ? 0 : (one[item] / most[item]) * HEIGHT);
  return (
    <figure class="plot">
      <figcaption>
        <b>{title}</b> <span class="count">{said(latest)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${columns * COLUMN} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={texts.plot(title, texts.dayCount(days.length), said(latest), said(most))}
      >
        {days.map((one, index) => (
          <rect
            key={one.day}
            x={(columns - days.length + index) * COLUMN + (COLUMN - BAR) / 2}
            y={HEIGHT - height(one)}
            width={BAR}
            height={height(one)}
          >
            <title>{said(one)}</title>
          </rect>
        ))}
      </svg>
      <p class="axis hint">
        <span>{days[0]?.day}</span>
        <span>{latest.day}</span>
      </p>
    </figure>
  );
}
