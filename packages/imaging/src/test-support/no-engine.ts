// The program of an engine process that ends before it is ready.
throw new Error('There is no engine in this program.');
