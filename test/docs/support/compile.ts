import ts from 'typescript';

/** What the compiler says against these files, with the settings of the repository; one text for each complaint. */
export function compilerComplaints(files: readonly string[]): string[] {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent({ ...config, files, include: [] }, ts.sys, process.cwd());
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const shown = new Set(files);
  return program
    .getSourceFiles()
    .filter(({ fileName }) => [...shown].some((file) => fileName.endsWith(file)))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start, messageText }) => {
      const line = file!.getLineAndCharacterOfPosition(start!).line + 1;
      return `${file!.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}
