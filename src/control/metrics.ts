import type { Summary } from "../documents/responseBodies.ts";

/** A sandbox's metrics as text. Source: Prometheus' text-based exposition format, version 0.0.4. */
export function metricsText({ id, counts, traffic, faults, resources, invocations }: Summary): string {
  const families: Family[] = [
    {
      name: "fc_sandbox_requests_total",
      help: "Requests to the API, by operation and status.",
      type: "counter",
      samples: traffic.requests.map(({ operation, status, count }) => ({
        labels: { operation, status: String(status) },
        value: count,
      })),
    },
    single("fc_sandbox_faults_struck_total", "How often a fault struck.", "counter", traffic.faultsStruck),
    single(
      "fc_sandbox_rows_written_total",
      "Rows of configs and journal written.",
      "counter",
      traffic.rowsWritten,
    ),
    {
      name: "fc_sandbox_resources",
      help: "Services, functions, versions and aliases that exist, by kind.",
      type: "gauge",
      samples: Object.entries(resources).map(([kind, value]) => ({ labels: { kind }, value })),
    },
    byName(
      "fc_sandbox_invocations_ended_total",
      "Asynchronous invocations that have ended, by status.",
      "status",
      invocations.ended,
    ),
    byName(
      "fc_sandbox_attempts_total",
      "Attempts of asynchronous invocations, by result.",
      "result",
      invocations.attempts,
    ),
    byName("fc_sandbox_deliveries_total", "Deliveries, by status.", "status", invocations.deliveries),
    single("fc_sandbox_invocations", "Asynchronous invocations that are kept.", "gauge", counts.invocations),
    single("fc_sandbox_functions", "Functions with configs or requests.", "gauge", counts.functions),
    single("fc_sandbox_configs", "Configs.", "gauge", counts.configs),
    single("fc_sandbox_journal_entries", "Requests that the journal remembers.", "gauge", counts.requests),
    single(
      "fc_sandbox_journal_dropped",
      "Requests that the journal dropped since it was cleared.",
      "gauge",
      counts.dropped,
    ),
    single("fc_sandbox_faults", "Faults that are set.", "gauge", faults),
  ];
  return families.map((family) => familyText(family, id)).join("");
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** A counter with one label. */
function byName(name: string, help: string, label: string, values: Readonly<Record<string, number>>): Family {
  const samples = Object.entries(values).map(([text, value]) => ({ labels: { [label]: text }, value }));
  return { name, help, type: "counter", samples };
}

function single(name: string, help: string, type: Family["type"], value: number): Family {
  return { name, help, type, samples: [{ labels: {}, value }] };
}

function familyText({ name, help, type, samples }: Family, sandbox: string): string {
  const lines = samples.map(({ labels, value }) => {
    // The label values are ids, operations, statuses and kinds, which need no escaping.
    const pairs = Object.entries({ sandbox, ...labels }).map(([label, text]) => `${label}="${text}"`);
    return `${name}{${pairs.join(",")}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
