import { language } from "../dashboard/text/text.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A number as the chosen language writes it. */
export function count(value: number): string {
  return value.toLocaleString(language.value);
}

/** A size with three digits or fewer before the unit: `12.3 MB`. */
export function size(bytes: number): string {
  const exponent = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const shown = bytes / 1000 ** exponent;
  const digits = { maximumFractionDigits: shown < 100 && exponent > 0 ? 1 : 0 };
  return `${shown.toLocaleString(language.value, digits)} ${UNITS[exponent]}`;
}

/** A part of a whole: `12 %`. Something is never `0 %`. */
export function percent(part: number, whole: number): string {
  const ratio = whole === 0 ? 0 : part / whole;
  const digits = { style: "percent", maximumFractionDigits: ratio < 0.1 ? 1 : 0 } as const;
  const smallest = 0.001;
  return ratio > 0 && ratio < smallest
    ? `< ${smallest.toLocaleString(language.value, digits)}`
    : ratio.toLocaleString(language.value, digits);
}
