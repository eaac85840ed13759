import { summary } from "./sandbox.ts";

/** What came to the sandbox, counted. */
export function Traffic() {
  const traffic = summary.value?.traffic;
  if (traffic === undefined) return null;
  const operations = Map.groupBy(traffic.requests, ({ operation }) => operation);
  const total = (requests: typeof traffic.requests) => requests.reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="panel traffic" aria-labelledby="traffic">
      <header>
        <h2 id="traffic">
          Traffic <span class="count">{total(traffic.requests)}</span>
        </h2>
        <a href="_sandbox/metrics">Prometheus</a>
      </header>
      {operations.size === 0 && <p class="empty">Nothing yet.</p>}
      {operations.size > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Requests</th>
              <th scope="col">Failed</th>
            </tr>
          </thead>
          <tbody>
            {[...operations].sort().map(([operation, requests]) => (
              <tr key={operation}>
                <th scope="row">{operation}</th>
                <td>{total(requests)}</td>
                <td>{total(requests.filter(({ status }) => status >= 400))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl class="facts">
        <dt>Faults struck</dt>
        <dd>{traffic.faultsStruck}</dd>
        <dt>Rows written</dt>
        <dd>{traffic.rowsWritten}</dd>
      </dl>
    </section>
  );
}
