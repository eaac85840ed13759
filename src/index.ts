import { app } from "./app.ts";

export { FunctionObject } from "./function/object.ts";
export { SandboxObject } from "./sandbox/object.ts";

export default app;
