import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { connection } from "../sandbox.ts";
import { text } from "../text/text.ts";

type Loaded = ComponentType<never>;

const loaded = new Map<string, Loaded>();

/** Whether the page was just loaded again, so that doing that once more would not help. */
function isReloaded(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "reload" && performance.now() < RELOADED_MS;
}

/** How long a page counts as just loaded again, in milliseconds. */
const RELOADED_MS = 10_000;

/** A component that is loaded when it is first drawn; until then, a place that is busy. */
export function Lazy<Given extends object>({
  load,
  given,
  name = "",
}: {
  load: () => Promise<ComponentType<Given>>;
  given: Given;
  /** What identifies the component, so that it is there at once when it is drawn again. */
  name?: string;
}) {
  const found: Signal<Loaded | undefined> = useSignal(loaded.get(name));
  const problem = useSignal("");
  const isLive = connection.value === "live";
  useEffect(() => {
    if (found.value) return;
    if (problem.value) {
      // Browsers remember that a module could not be loaded, so the page is loaded again, once the sandbox is there again.
      if (isLive && !isReloaded()) location.reload();
      return;
    }
    load().then(
      (component) => {
        if (name) loaded.set(name, component as Loaded);
        found.value = component as Loaded;
      },
      () => (problem.value = text().common.connectionLost),
    );
  }, [isLive, problem.value]);
  const Component = found.value as ComponentType<Given> | undefined;
  if (Component) return <Component {...given} />;
  return (
    <p class="empty" aria-busy="true">
      {problem.value || text().common.loading}
    </p>
  );
}
