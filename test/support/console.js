// oclif writes through console: Jest's own console would swallow or decorate it.
import { Console } from 'node:console'

globalThis.console = new Console({ stdout: process.stdout, stderr: process.stderr })
