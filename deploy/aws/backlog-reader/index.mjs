// AWS Lambda: writes the backlog of the API to CloudWatch. Its runtime contains the SDK.
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const cloudWatch = new CloudWatchClient();
const secretsManager = new SecretsManagerClient();

export async function handler() {
  const { SecretString: key } = await secretsManager.send(
    new GetSecretValueCommand({ SecretId: process.env.KEY_SECRET_ARN }),
  );
  const response = await fetch(process.env.BACKLOG_URL, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`The backlog cannot be read: ${response.status} ${await response.text()}`);
  const { backlog, ageSeconds } = await response.json();
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: 'imagemill',
      MetricData: [
        { MetricName: 'backlog', Value: backlog },
        { MetricName: 'backlog-age', Value: ageSeconds, Unit: 'Seconds' },
      ],
    }),
  );
}
