/** ESM throughout: swc turns TypeScript into modules, Node runs them. The stores come from scripts/test.mjs. */
export default {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  testMatch: ["<rootDir>/test/**/*.test.ts", "<rootDir>/embedded/mongo/test/**/*.test.ts"],
  // Ours are TypeScript; what is called .json.js is a package's own module.
  moduleNameMapper: { "^(\\.{1,2}/.*)(?<!\\.json)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "es6" }, sourceMaps: "inline" },
    ],
  },
  // What takes long on a busy machine is no failure; above all a gateway that starts.
  testTimeout: 180000,
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/data"],
};
