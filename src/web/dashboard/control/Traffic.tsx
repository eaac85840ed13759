import { summary } from "../sandbox.ts";
import { text } from "../text/text.ts";

/** The number of requests to the sandbox, by operation and status. */
export function Traffic() {
  const traffic = summary.value?.traffic;
  const words = text().traffic;
  if (traffic === undefined) return null;
  const requests = traffic.requests.toSorted(
    (a, b) => a.operation.localeCompare(b.operation) || a.status - b.status,
  );
  return (
    <section class="panel traffic" aria-labelledby="traffic">
      <header>
        <h2 id="traffic">
          {words.title} <span class="count">{requests.reduce((sum, { count }) => sum + count, 0)}</span>
        </h2>
        <a href="_sandbox/metrics">{words.prometheus}</a>
      </header>
      {requests.length === 0 && <p class="empty">{words.nothing}</p>}
      {requests.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{words.operation}</th>
              <th scope="col">{words.status}</th>
              <th scope="col">{words.requests}</th>
            </tr>
          </thead>
          <tbody>
            {requests.map(({ operation, status, count }) => (
              <tr key={`${operation} ${status}`}>
                <th scope="row">{operation === "none" ? text().common.none : operation}</th>
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
        <dt>{words.struck}</dt>
        <dd>{traffic.faultsStruck}</dd>
        <dt>{words.rows}</dt>
        <dd>{traffic.rowsWritten}</dd>
      </dl>
    </section>
  );
}
