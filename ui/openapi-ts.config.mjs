// Made from the document that is checked against the service. `npm run ui:client` runs it.
export default {
  input: './docs/openapi.json',
  output: { path: process.env.CLIENT_DIRECTORY, postProcess: [] },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
};
