/** Something a person can do something about; printed as it is, without a stack. `exitCode` 1: it did not work, 2: the command was used wrongly, 3: it was done here, and something is left to do elsewhere. */
export class Failure extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** What the server answered instead of what was asked for. `message` is the server's own sentence. */
export class ApiError extends Failure {
  readonly status: number;
  readonly code: string;
  /** What the server added for programs. */
  readonly data: Record<string, unknown>;
  constructor(status: number, code: string, message: string, data: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.data = data;
  }
}

/** No answer at all: nobody listens, the line broke, it took too long. Worth another try. */
export class NetworkError extends Failure {}
