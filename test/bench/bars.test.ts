import { expect, test } from "vitest";
import { judged, shownBars } from "../../bench/bars.ts";
import { ahead } from "../../bench/peers/ahead.ts";

test("a value is met or missed, at its bar it is met, and without a bar it is only shown", () => {
  const found = { ownPuts: 0.8, ownGets: 0.7494, memory: 1.3001, puts: 0.1, gets: Number.NaN };
  expect(judged(found).map(({ verdict }) => verdict)).toEqual([
    undefined,
    "met",
    "missed",
    "missed",
    "missed",
  ]);
  expect(shownBars(judged(found)).split("\n").slice(1)).toEqual([
    "PUT, shared functions, of the baseline's         0.100                 ",
    "PUT, own functions, of the baseline's            0.800   >= 0.8     met",
    "GET, shared functions, of the baseline's           NaN  >= 0.75  missed",
    "GET, own functions, of the baseline's            0.749  >= 0.75  missed",
    "memory with 500 functions, of the baseline's     1.300   <= 1.3  missed",
  ]);
});

test("for each column it is said who is ahead, what that keeps, and which place the sandbox takes", () => {
  const numbers = { p50: 1, p99: 9, memoryMiB: Number.NaN, startMs: 100 };
  const [puts, p50, , memory] = ahead(
    [
      { ...numbers, name: "ours", requestsPerSecond: 20, keepsState: true, keeps: "all" },
      { ...numbers, name: "fast", requestsPerSecond: 30, keepsState: false, keeps: "nothing" },
      { ...numbers, name: "slow", requestsPerSecond: 10, keepsState: true, keeps: "some", memoryMiB: 7 },
    ],
    ["ours", "absent"],
  );
  expect(puts).toBe(
    "PUT/s: ahead is fast, 30 (keeps nothing). Of those that keep configs: ours, 20 (keeps all). ours, 20, is number 2 of 3.",
  );
  expect(p50).toContain("ours, 1 (keeps all); fast, 1 (keeps nothing); slow, 1 (keeps some)");
  expect(memory).toBe(
    "MiB: ahead is slow, 7 (keeps some). Of those that keep configs: slow, 7 (keeps some).",
  );
});
