import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secretLike } from '../../src/model/secret-like.ts';

/** Put together here, so that no scanner of this repository takes them for real ones. */
const join = (...parts: readonly string[]): string => parts.join('');

test.for([
  ['HF_TOKEN', join('hf', '_', 'AbCdEfGhIjKlMnOpQrStUvWxYz'), 'a Hugging Face token'],
  ['GREETING', join('hf', '_', 'AbCdEfGhIjKlMnOpQrStUvWxYz'), 'a Hugging Face token'],
  [undefined, join('AKIA', 'IOSFODNN7EXAMPLE'), 'an AWS access key'],
  ['X', join('sk', '-proj-0123456789abcdef'), 'an API key that begins with sk-'],
  ['X', join('nvapi', '-0123456789abcdefghijklmn'), 'an NVIDIA API key'],
  ['X', join('gh', 'p_0123456789abcdefghijklmnopqrstuvwxyz'), 'a GitHub token'],
  ['X', join('glpat', '-0123456789abcdefghij'), 'a GitLab token'],
  ['X', join('xoxb', '-1234567890-abcdef'), 'a Slack token'],
  ['X', join('AIza', 'x'.repeat(35)), 'a Google API key'],
  ['X', join('ya29', '.', 'a0AfH6SMBx-_0123456789'), 'a Google access token'],
  ['X', join('dckr', '_pat_0123456789abcdefghij'), 'a Docker Hub token'],
  ['X', join('eyJ', 'hbGciOiJIUzI1NiJ9', '.', 'eyJ', 'zdWIiOiIxIn0x', '.sig'), 'a JSON web token'],
  ['X', join('AccountName=a;', 'AccountKey=', 'abcdefghijklmnopqrstuvwxyz=='), 'an Azure account key'],
  ['X', join('https://bucket.example.com/w?X-Amz-', 'Signature=0123456789abcdef0123'), 'a signed address'],
  ['PROXY', join('http://user', ':', 'pass@proxy.example.com:3128'), 'an address with a password'],
  ['X', join('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE'), 'a private key'],
  ['HF_TOKEN', 'letmein', 'its name is HF_TOKEN'],
  ['api-key', 'letmein', 'its name is api-key'],
  ['VLLM_API_KEY', 'letmein', 'its name is VLLM_API_KEY'],
  ['DB_PASSWORD', 'letmein', 'its name is DB_PASSWORD'],
  ['AWS_SECRET_ACCESS_KEY', 'letmein', 'its name is AWS_SECRET_ACCESS_KEY'],
  ['X', join('Zq3vT9xLm2Kp', '7RwYb4NcJ8sD'), 'a long word of random characters'],
  ['X', join('--seed=Zq3vT9xLm2Kp', '7RwYb4NcJ8sD'), 'a long word of random characters'],
  ['X', join('0f1e2d3c4b5a69788796', 'a5b4c3d2e1f0'), 'a long word of random characters'],
  [
    'SIGNING',
    join('9f86d081884c7d659a2feaa0c55ad015', 'a3bf4f1b2b0b822cd15d6c15b0f00a08'),
    'a long word of random characters',
  ],
] as const)('%s, %s: %s', ([name, value, why]) => {
  expect(secretLike(name, value)).toBe(why);
});

test.for([
  ['MODEL', 'meta-llama/Llama-3.3-70B-Instruct'],
  ['MODEL', 'neuralmagic/Meta-Llama-3.1-405B-Instruct-quantized.w4a16'],
  ['MODEL', 'Qwen/Qwen2.5-Coder-32B-Instruct-GPTQ-Int4'],
  ['MODEL', 'deepseek-ai/DeepSeek-R1-Distill-Qwen-32B'],
  ['MODEL', 'mistralai/Mixtral-8x22B-Instruct-v0.1'],
  ['MODEL', 'unsloth/gemma-3n-E4B-it-unsloth-bnb-4bit'],
  ['MODEL', 'nvidia/Llama-3_1-Nemotron-Ultra-253B-v1-FP8'],
  ['revision', '6f6073b423013f6a7d4d9f39144961bfbfbc386b'],
  [undefined, '--revision=6f6073b423013f6a7d4d9f39144961bfbfbc386b'],
  [undefined, '/models/models--x--y/snapshots/6f6073b423013f6a7d4d9f39144961bfbfbc386b'],
  [undefined, 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ['NVIDIA_VISIBLE_DEVICES', 'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6'],
  ['MAX_TOKENS', '4096'],
  ['max-num-batched-tokens', 'auto'],
  ['TOKENIZERS_PARALLELISM', 'false'],
  ['HF_TOKEN', ''],
  ['HF_TOKEN', 'none'],
  ['HF_TOKEN_PATH', '/run/secrets/hf'],
  ['GOOGLE_APPLICATION_CREDENTIALS', '/run/secrets/gcp.json'],
  ['HF_HOME', '/srv/models'],
  ['weights', 's3://models-eu-central-1/llama-3.3-70b-neff/checkpoint-12000'],
  ['speculative-config', '{"model":"yuhuili/EAGLE3-LLaMA3.3-Instruct-70B","num_speculative_tokens":3}'],
  ['NCCL_IB_HCA', 'mlx5_0,mlx5_1,mlx5_2,mlx5_3,mlx5_4,mlx5_5'],
  ['VLLM_ATTENTION_BACKEND', 'FLASH_ATTN_VLLM_V1'],
  ['subnet', 'subnet-0b1c2d3e4f5061728'],
  ['PATH', '/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/sbin:/usr/bin'],
] as const)('%s, %s is no secret', ([name, value]) => {
  expect(secretLike(name, value)).toBeUndefined();
});

test('of the keys that a random generator makes, nearly all are found', () => {
  const alphabets = {
    base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
    url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
    letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
    small: 'abcdefghijklmnopqrstuvwxyz0123456789',
    hexadecimal: '0123456789abcdef',
  };
  const shares = Object.values(alphabets).map((letters) => {
    const keys = fc.sample(fc.array(fc.constantFrom(...letters), { minLength: 44, maxLength: 44 }), {
      numRuns: 2000,
      seed: 7,
    });
    return keys.filter((key) => secretLike(undefined, key.join('')) !== undefined).length / keys.length;
  });
  for (const share of shares) expect(share).toBeGreaterThan(0.94);
});
