declare module "*.css";

declare module "swagger-ui-dist/swagger-ui-bundle.js" {
  interface SwaggerUI {
    preauthorizeApiKey(scheme: string, key: string): void;
  }
  /** Renders a document into an element. Source: Swagger UI's configuration page. */
  export default function SwaggerUIBundle(options: Readonly<Record<string, unknown>>): SwaggerUI;
}
