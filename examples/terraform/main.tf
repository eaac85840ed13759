# A project of FC 2.0 and one of FC 3.0, each with a function, a version, an alias and async invoke configs.
#
#   terraform apply
#   terraform apply -var release=2 -var memory_size=1024   # changes every resource
#   terraform destroy
#
# Only `endpoints` is the sandbox's: without that block, the same project goes to the cloud. docs/clients.md says how to run the
# project against a sandbox on your machine and against a hosted one.

terraform {
  required_providers {
    alicloud = { source = "aliyun/alicloud" }
  }
}

variable "endpoint" {
  description = "The sandbox's host and port, without a scheme. The provider uses HTTPS."
  default     = "127.0.0.1:8787"
}

variable "access_key" {
  description = "The access key ID. That of a sandbox selects the sandbox; any other one is for `default`."
  default     = "any-id"
}

variable "secret_key" {
  description = "The access key's secret. It counts where a sandbox requires signatures."
  default     = "any-secret"
}

variable "release" {
  description = "Release N is version N of the service (FC 2.0)."
  type        = number
  default     = 1
}

variable "memory_size" {
  description = "MB."
  type        = number
  default     = 512
}

variable "retries" {
  type    = number
  default = 1
}

locals {
  region  = "cn-hangzhou"
  account = "1234567890123456"
  queues  = "acs:mns:${local.region}:${local.account}:/queues"
  code    = "${path.module}/hello.zip"
}

provider "alicloud" {
  region = local.region
  # Without these two, the provider asks two other services of the cloud who the account is.
  account_id   = local.account
  account_type = "Domestic"
  access_key   = var.access_key
  secret_key   = var.secret_key
  endpoints {
    fc = var.endpoint
  }
}

# FC 2.0

resource "alicloud_fc_service" "orders" {
  name        = "orders"
  description = "The order service, release ${var.release}"
  # Each change of the service publishes a version.
  publish = true
}

resource "alicloud_fc_function" "charge" {
  service     = alicloud_fc_service.orders.name
  name        = "charge"
  description = "Charges an order"
  runtime     = "python3.9"
  handler     = "index.handler"
  memory_size = var.memory_size
  timeout     = 60
  # A zip with one file, index.py.
  filename = local.code
  environment_variables = {
    STAGE = "prod"
  }
}

resource "alicloud_fc_alias" "prod" {
  service_name    = alicloud_fc_service.orders.name
  alias_name      = "prod"
  service_version = tostring(var.release)
  description     = "Production, release ${var.release}"
}

resource "alicloud_fc_function_async_invoke_config" "charge" {
  service_name                 = alicloud_fc_service.orders.name
  function_name                = alicloud_fc_function.charge.name
  qualifier                    = "LATEST"
  maximum_retry_attempts       = var.retries
  maximum_event_age_in_seconds = 3600
  destination_config {
    on_failure {
      destination = "${local.queues}/failed/messages"
    }
  }
}

# Version 1 is published before the service has a function, so the alias has one from release 2 on.
resource "alicloud_fc_function_async_invoke_config" "charge_prod" {
  count                  = var.release > 1 ? 1 : 0
  service_name           = alicloud_fc_service.orders.name
  function_name          = alicloud_fc_function.charge.name
  qualifier              = alicloud_fc_alias.prod.alias_name
  maximum_retry_attempts = var.retries
  destination_config {
    on_failure {
      destination = "${local.queues}/failed/messages"
    }
  }
}

# FC 3.0

resource "alicloud_fcv3_function" "charge" {
  function_name = "orders-charge"
  description   = "Charges an order"
  runtime       = "python3.10"
  handler       = "index.handler"
  memory_size   = var.memory_size
  cpu           = var.memory_size / 1024
  disk_size     = 512
  timeout       = 60
  code {
    zip_file = filebase64(local.code)
  }
  environment_variables = {
    STAGE = "prod"
  }
}

resource "alicloud_fcv3_function_version" "charge" {
  function_name = alicloud_fcv3_function.charge.function_name
  description   = "Release ${var.release}"
  # The alias moves to the new version before the old one is deleted.
  lifecycle {
    create_before_destroy = true
  }
}

resource "alicloud_fcv3_alias" "prod" {
  function_name = alicloud_fcv3_function.charge.function_name
  alias_name    = "prod"
  version_id    = alicloud_fcv3_function_version.charge.version_id
  description   = "Production, release ${var.release}"
}

resource "alicloud_fcv3_async_invoke_config" "charge" {
  function_name                  = alicloud_fcv3_function.charge.function_name
  max_async_retry_attempts       = var.retries
  max_async_event_age_in_seconds = 3600
  async_task                     = true
  destination_config {
    on_success {
      destination = "${local.queues}/done/messages"
    }
    on_failure {
      destination = "${local.queues}/failed/messages"
    }
  }
}

# What the API lists of all this

data "alicloud_fc_services" "all" {
  depends_on = [alicloud_fc_service.orders]
}

data "alicloud_fc_functions" "all" {
  service_name = alicloud_fc_service.orders.name
  depends_on   = [alicloud_fc_function.charge]
}

data "alicloud_fcv3_functions" "all" {
  prefix     = "orders-"
  depends_on = [alicloud_fcv3_function.charge]
}

output "memory_sizes" {
  description = "MB, by the name of the function."
  value = merge(
    { for one in data.alicloud_fc_functions.all.functions : one.name => one.memory_size },
    { for one in data.alicloud_fcv3_functions.all.functions : one.function_name => one.memory_size },
  )
}

output "services" {
  value = data.alicloud_fc_services.all.names
}

output "versions" {
  value = {
    fc2 = alicloud_fc_alias.prod.service_version
    fc3 = alicloud_fcv3_alias.prod.version_id
  }
}
