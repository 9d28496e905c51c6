import tseslint from "typescript-eslint";

/** Strict, type-aware rules for our TypeScript; the launcher scripts are plain Node without types. */
export default tseslint.config(
  { ignores: ["dist/**", "dist.*/**", "node_modules/**", "data/**", "coverage/**", "screenshots/**"] },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      // Parts are closures, not classes: their methods need no `this`.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      // Told of casts from unknown and of mongoose's schemas alike; type checks at run time are what guards there.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "no-console": "error",
    },
  },
  {
    files: ["simulator/**/*.ts", "bench/**/*.ts", "embedded/mongo/main.ts", "src/cli/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["web/**/*.ts", "web/**/*.tsx"],
    rules: {
      // Event handlers may be async; what they throw becomes a state of the query or a toast.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "no-restricted-syntax": [
        "error",
        ...["Literal[value=", "TemplateElement[value.raw="].map((node) => ({
          selector: `${node}/(^|[\\s:])-?((ml|mr|pl|pr|left|right|scroll-[mp][lr])-|(border-[lr]|rounded-[lr]|rounded-[tb][lr]|text-left|text-right|float-left|float-right)(-|$|\\s))/]`,
          message:
            "Sides follow the direction of the language: ms-, me-, ps-, pe-, start-, end-, text-start, text-end.",
        })),
      ],
    },
  },
  {
    files: ["test/**/*.ts", "embedded/mongo/test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
);
