module github.com/volens-network/volens/tools/protoc-gen-gocosmos

go 1.26.5

tool github.com/cosmos/gogoproto/protoc-gen-gocosmos

require (
	github.com/cosmos/gogoproto v1.7.2 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	google.golang.org/protobuf v1.36.10 // indirect
)
