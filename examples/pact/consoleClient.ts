/** What a console shows of a function's asynchronous invocations. */
export interface Retries {
  readonly retries: number | null;
  readonly changed: string;
}

/** The calls of a small console to Function Compute. `cloud` is the address of the cloud, or what stands for it. */
export class ConsoleClient {
  readonly #cloud: string;

  constructor(cloud: string) {
    this.#cloud = cloud;
  }

  /** What is configured for a function; undefined when nothing is. */
  async retries(functionName: string): Promise<Retries | undefined> {
    const response = await fetch(this.#configOf(functionName));
    const body = await response.json();
    if (body.Code === "AsyncConfigNotExists") return undefined;
    return { retries: body.maxAsyncRetryAttempts, changed: body.lastModifiedTime };
  }

  /** Saves the number of retries. Throws an Error with the cloud's message when the cloud refuses. */
  async saveRetries(functionName: string, retries: number): Promise<void> {
    const response = await fetch(this.#configOf(functionName), {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ maxAsyncRetryAttempts: retries }),
    });
    if (!response.ok) throw new Error((await response.json()).Message);
  }

  /** The status of a task. */
  async statusOf(functionName: string, taskId: string): Promise<string> {
    const response = await fetch(`${this.#cloud}/2023-03-30/functions/${functionName}/async-tasks/${taskId}`);
    return (await response.json()).status;
  }

  #configOf(functionName: string): string {
    return `${this.#cloud}/2023-03-30/functions/${functionName}/async-invoke-config`;
  }
}
