import { summary } from "./sandbox.ts";

/** The number of requests to the sandbox, by operation and status. */
export function Traffic() {
  const traffic = summary.value?.traffic;
  if (traffic === undefined) return null;
  const requests = traffic.requests.toSorted(
    (a, b) => a.operation.localeCompare(b.operation) || a.status - b.status,
  );
  return (
    <section class="panel traffic" aria-labelledby="traffic">
      <header>
        <h2 id="traffic">
          Traffic <span class="count">{requests.reduce((sum, { count }) => sum + count, 0)}</span>
        </h2>
        <a href="_sandbox/metrics">Prometheus</a>
      </header>
      {requests.length === 0 && <p class="empty">Nothing yet.</p>}
      {requests.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Status</th>
              <th scope="col">Requests</th>
            </tr>
          </thead>
          <tbody>
            {requests.map(({ operation, status, count }) => (
              <tr key={`${operation} ${status}`}>
                <th scope="row">{operation}</th>
                <td>
                  <span class={`status s${String(status)[0]}`}>{status}</span>
                </td>
                <td>{count}</td>
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
